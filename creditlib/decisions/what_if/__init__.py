"""What changing the payment terms would do."""
