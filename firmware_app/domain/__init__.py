"""Pure values and rules of a crossing; standard library only."""
