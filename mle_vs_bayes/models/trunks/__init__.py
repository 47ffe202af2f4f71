"""What models of one structure share: a leaf says what is special about it, the trunk writes the rest."""
