"""What several tests build on: small worlds of data. Not tests."""
