"""The letter that brings a code leaves by the deployment's mail server, and the code in it links the account."""

import asyncio
import re
from pathlib import Path

from api.security import accounts
from api.security.code_letter import send_code
from api.security.oidc import Person
from api.security.presented import Presented
from api.service import Service
from api.settings import Settings
from features.records import Identity, Profile
from tests.api.delivery.conftest import Sink, sink  # noqa: F401 - a fixture


def test_a_code_is_handed_to_the_mail_server(deployment: Path, sink: Sink) -> None:  # noqa: F811
    settings = Settings(data_dir=deployment, smtp_host="127.0.0.1", smtp_port=sink.port, smtp_security="none")
    service = Service.open(settings)
    try:
        profile = service.store.page(Profile, 0, 1)[0]
        service.store.upsert([Identity(id=profile.id, email="dominique@exemple.invalid")], "essai")
        asyncio.run(send_code(service, profile.id))
        asyncio.run(send_code(service, "personne"))
        (letter,) = sink.messages
        assert sink.recipients == ["dominique@exemple.invalid"]
        assert letter["To"] == "dominique@exemple.invalid"
        found = re.search(r"Votre code : (\S+)", letter.get_content())
        assert found is not None
        person = Person("sujet", "", Presented())
        account = accounts.signed_in(service.store, "https://fournisseur.invalid", person)
        linked = accounts.link(service.store, account.id, profile.id, found[1])
        assert linked.owner.profile_id == profile.id
    finally:
        service.store.close()
