"""The reference central server: takes, opens, stores and receipts what kiosks send."""
