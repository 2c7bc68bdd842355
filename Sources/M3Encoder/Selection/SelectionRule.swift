/// How the tokens of a reference are scored, per memory layer and key-value head.
public enum SelectionRule: String, Sendable, CaseIterable {
  /// The paper's (section 3.3): Σ_i softmax_j(q_i·k_j / √D), no causal mask, before rotation, BOS left out; the weights
  /// of the query heads that share a key-value head are summed.
  case attention
  /// What the paper's authors ran: Σ_i exp(q_i·k_j / √D). Scores are its logarithm, which orders the same and does not
  /// overflow.
  case attentionExp = "attention_exp"
  /// The causal attention that a token receives while the model reads the reference, summed.
  case received
  /// The largest attention that a token receives while the model repeats the reference after itself (as KVzip does).
  case reconstruction
  /// Every token is kept.
  case all
}

/// How the budget of kept tokens is divided among heads.
public enum SelectionAllocation: String, Sendable, CaseIterable {
  /// The same number in each head (the paper's).
  case uniform
  /// The best tokens of all heads together, as many as `uniform` would keep in all.
  case adaptive
  /// Every token in the heads that carry the reading (paper, Remark 5), as in `uniform` in the others.
  case heads
}
