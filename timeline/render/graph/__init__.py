"""Networks: where their companies stand in a picture, and the network in the formats of other programs."""
