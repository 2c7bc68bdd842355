/// Named settings of near-duplicate search: ours, and the defaults of tools that others use.
///
/// A preset takes over what a tool counts as a shingle and its bands and rows, so that the same share of pairs is found at
/// each similarity. All hash with XXH3-64 and permute as ``MinHasher`` does: signatures are not those of the tools.
public enum DedupePreset: String, CaseIterable, Sendable {
  /// Ours, for references of up to 128 tokens in any script: shingles of 5 words, 14 bands of 6 rows.
  ///
  /// Of pairs at similarity .80, 1 − (1 − .80⁶)¹⁴ = .986 are found. 12 bands would find .974, too near to .97; 18 find .996,
  /// for a third more keys to sort and texts to compare.
  case reference
  /// datatrove 0.10.1, as FineWeb was made: shingles of 5 words, 14 bands of 8 rows.
  ///
  /// Words are what stands between spaces and, in scripts without spaces, characters; datatrove asks a tokenizer of the
  /// language, whose English words differ from these in contractions only ("dont" is "do", "nt" there).
  case datatrove
  /// NeMo Curator: shingles of 24 code points of the text as it is, 20 bands of 13 rows.
  case nemo
  /// duplodocus: shingles of 5 code points of the cleaned text, 20 bands of 5 rows.
  ///
  /// Its byte tokenizer, counted in code points so that no character is cut; the same for ASCII.
  case duplodocus
}
