"""How much credit: methods, caps, the steps between them, and the limit earned month by month."""
