"""One article page, asked field by field: each module answers for one field and says where it found the answer."""
