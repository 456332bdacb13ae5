"""Why a model gave its answer: what spoke for it, what would change it, which training digits it takes to be alike."""
