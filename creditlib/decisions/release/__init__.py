"""Whether an order, a shipment or a billing may go."""
