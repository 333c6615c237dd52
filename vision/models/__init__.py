"""Weights, with MODELS.toml that says where each came from."""
