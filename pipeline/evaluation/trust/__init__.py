"""How far numbers about models can be trusted."""
