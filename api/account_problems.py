"""What a refusal about accounts is over HTTP."""

from api.problems import ApiProblem, ErreurChamp, ProblemType
from api.security.accounts import Conflict, Locked, Refused, Unknown


def problem_of(refused: Refused, field: str) -> ApiProblem:
    """404, 409, 429, or 422 on a field of the body."""
    match refused:
        case Unknown():
            return ApiProblem(ProblemType.NOT_FOUND, str(refused))
        case Conflict():
            return ApiProblem(ProblemType.CONFLICT, str(refused))
        case Locked():
            return ApiProblem(ProblemType.LOCKED, str(refused), headers={"Retry-After": str(refused.wait_s)})
    error = ErreurChamp(field, "", str(refused).rstrip("."), "Corriger le champ, puis renvoyer la demande")
    return ApiProblem(ProblemType.INVALID_BODY, str(refused), errors=(error,))
