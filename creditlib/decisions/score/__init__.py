"""How good a customer is: the compiled scorecard, the score with its reasons, and what would lift it."""
