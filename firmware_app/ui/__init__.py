"""What the traveller sees, hears and touches."""
