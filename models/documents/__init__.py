"""What goes with a model wherever it goes: five documents in French, made of the facts of its training."""

from models.documents.facts import FACTS, FOLDER, Facts, Kind, model_hash
from models.documents.write import DOCUMENTS, problems, write_documents

__all__ = ["DOCUMENTS", "FACTS", "FOLDER", "Facts", "Kind", "model_hash", "problems", "write_documents"]
