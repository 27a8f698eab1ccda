"""What an answer to an exercise can be (``kinds``), and what it is computed from (``facts``)."""
