"""The wire for its consumers: CDDL, JSON Schema, AsyncAPI, vectors, and what makes them."""
