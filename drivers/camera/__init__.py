"""Cameras that give frames."""
