"""Readers that give the machine readable zone of a document."""
