"""Byte streams and buses that devices speak over."""
