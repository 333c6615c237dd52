"""Fingerprint scanners that give pictures of a finger."""
