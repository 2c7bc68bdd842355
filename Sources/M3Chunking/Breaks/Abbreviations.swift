/// Words behind which a full stop is no end of a sentence, as a rule.
///
/// In English, French, Spanish, German and Portuguese, as they are spelled, without the last full
/// stop. Left out are those that often end a sentence (`etc`, `usw`), and those that are words too
/// (`no`, `art`, `fig` in lower case, `Mar`).
enum Abbreviations {
  static let all: Set<String> = [
    // Titles
    "Mr", "Mrs", "Ms", "Mx", "Dr", "Prof", "Rev", "Hon", "St", "Ste", "Sr", "Jr", "Sra", "Srta", "Dra", "Hr", "Fr",
    "Mme", "Mlle", "MM", "Gen", "Col", "Maj", "Capt", "Cpt", "Lt", "Sgt", "Cmdr", "Adm", "Gov", "Sen", "Rep", "Pres",
    // Months
    "Jan", "Feb", "Apr", "Aug", "Sept", "Sep", "Oct", "Nov", "Dec",
    // References
    "No", "Nos", "Nr", "Vol", "Vols", "vol", "Fig", "Figs", "Eq", "Eqs", "Sec", "Ch", "pp", "cf", "vs", "viz", "al",
    "ed", "eds", "approx", "ca", "vgl", "bzw", "Abb", "núm", "pág", "págs", "op", "cit", "av", "apr",
    // Names of firms and places
    "Inc", "Ltd", "Co", "Corp", "Bros", "Mt", "Ft", "Ave", "Blvd", "Rd",
  ]
}
