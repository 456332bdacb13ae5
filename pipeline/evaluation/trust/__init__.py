"""How far answers can be trusted: bounds on the share of wrong ones, what to leave to a person, candidates."""
