"""Push messages by Google's own client: checks that drive.py runs. Must not know how the sandbox is
built.

fcm_message.json is what our adapter sends; its own tests hold it to that, and here it is held to the
discovery document. The client ships no document of Remote Config.
"""

import json
import pathlib

import google_auth_httplib2
import httplib2
from google.oauth2 import service_account
from googleapiclient.discovery import build
from googleapiclient.discovery_cache import get_static_doc

from validator import Document

TIMEOUT_S = 15
HERE = pathlib.Path(__file__).parent


class Recorder(httplib2.Http):
    """Passes requests on, keeps the last answer's headers, and checks bodies."""

    def __init__(self, document):
        super().__init__(timeout=TIMEOUT_S)
        self.document = document
        self.faults = []

    def request(self, uri, method="GET", body=None, headers=None, **rest):
        answer, content = super().request(uri, method=method, body=body, headers=headers, **rest)
        if "/token/" not in uri:
            sent = json.loads(body) if body else None
            got = json.loads(content) if content else None
            found = self.document.request_faults(method, uri, sent)
            found += self.document.answer_faults(method, uri, answer.status, got)
            self.faults += [f"{method} {uri}: {fault}" for fault in found]
        return answer, content


class Channels:
    """Checks for a class that has `control` and `refused`."""

    def _firebase(self, name, api, scope):
        connection = self.control("connections")["channels"][name]
        recorder = Recorder(Document(json.loads(get_static_doc(api, "v1"))))
        credentials = service_account.Credentials.from_service_account_info(
            connection["service_account"], scopes=[f"https://www.googleapis.com/auth/{scope}"]
        )
        http = google_auth_httplib2.AuthorizedHttp(credentials, http=recorder)
        endpoint = {"api_endpoint": connection["base_url"]}
        client = build(api, "v1", http=http, client_options=endpoint, static_discovery=True)
        project = f"projects/{connection['service_account']['project_id']}"
        return client, project, recorder

    def _ours(self, name):
        return json.loads((HERE / name).read_text())

    def check_h1_our_push_message_fits_the_document_and_is_taken(self):
        client, project, recorder = self._firebase("fcm", "fcm", "firebase.messaging")
        ours = self._ours("fcm_message.json")
        messages = client.projects().messages()
        dry = messages.send(parent=project, body={**ours, "validateOnly": True}).execute()
        assert dry["name"].endswith("/fake_message_id"), dry
        assert self.control("truth")["fcm"]["posts"] == []
        sent = messages.send(parent=project, body=ours).execute()
        assert sent["name"] == self.control("truth")["fcm"]["posts"][0]["id"]
        assert not recorder.faults, recorder.faults

    def check_h2_what_a_push_message_may_not_be(self):
        client, project, _ = self._firebase("fcm", "fcm", "firebase.messaging")
        send = lambda message: client.projects().messages().send(parent=project, body={"message": message})
        both = {"topic": "incidents", "condition": "'incidents' in topics"}
        self.refused(send(both).execute, 400, "INVALID_ARGUMENT", "Exactly one")
        long = {"topic": "incidents", "notification": {"body": "x" * 4_100}}
        self.refused(send(long).execute, 400, "INVALID_ARGUMENT", "too big")
