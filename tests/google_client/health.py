"""Android vitals and Crashlytics by Google's own client: checks that drive.py runs. Must not know how
the sandbox is built.

Every request and answer is held to the discovery document that the client ships; vitals_query.json is
what our adapter asks, and its own tests hold it to that.
"""

import json
import pathlib

import google_auth_httplib2
from google.oauth2 import service_account
from googleapiclient.discovery import build
from googleapiclient.discovery_cache import get_static_doc

from channels import Recorder
from validator import Document

HERE = pathlib.Path(__file__).parent
APP = "apps/com.northwind.wallet"


class Health:
    """Checks for a class that has `control` and `refused`."""

    def _health(self, name, api, version, scope):
        connection = self.control("connections")["channels"][name]
        recorder = Recorder(Document(json.loads(get_static_doc(api, version))))
        credentials = service_account.Credentials.from_service_account_info(
            connection["service_account"], scopes=[f"https://www.googleapis.com/auth/{scope}"]
        )
        http = google_auth_httplib2.AuthorizedHttp(credentials, http=recorder)
        endpoint = {"api_endpoint": connection["base_url"]}
        client = build(api, version, http=http, client_options=endpoint, static_discovery=True)
        return client, connection, recorder

    def _vitals(self, scope="playdeveloperreporting"):
        # Ten queries a second are the most.
        self.control("advance", {"ms": 1_500})
        client, _, recorder = self._health("play_reporting", "playdeveloperreporting", "v1beta1", scope)
        return client, recorder

    def _question(self, client):
        """What our adapter asks, up to where figures are there."""
        name = f"{APP}/crashRateMetricSet"
        fresh = client.vitals().crashrate().get(name=name).execute()["freshnessInfo"]["freshnesses"]
        hourly = next(one for one in fresh if one["aggregationPeriod"] == "HOURLY")["latestEndTime"]
        body = json.loads((HERE / "vitals_query.json").read_text())
        body["timelineSpec"]["endTime"] = hourly
        start = {**hourly, "month": hourly["month"] - 1 or 12, "day": 28}
        start["year"] -= 1 if hourly["month"] == 1 else 0
        body["timelineSpec"]["startTime"] = start
        return name, body

    def check_i1_vitals_fit_the_document(self):
        client, recorder = self._vitals()
        assert client.apps().search().execute()["apps"][0]["packageName"] == "com.northwind.wallet"
        options = client.apps().fetchReleaseFilterOptions(name=APP).execute()
        assert options["tracks"][0]["servingReleases"][0]["displayName"] == "8.4.0"
        name, body = self._question(client)
        rows = client.vitals().crashrate().query(name=name, body=body).execute()["rows"]
        rate = rows[-1]["metrics"][0]["decimalValue"]["value"]
        assert 0 < float(rate) < 0.05, rate
        body = {**body, "metrics": ["userPerceivedAnrRate", "distinctUsers"]}
        freezes = client.vitals().anrrate().query(name=f"{APP}/anrRateMetricSet", body=body).execute()
        assert len(freezes["rows"]) == len(rows)
        found = client.vitals().errors().issues().search(
            parent=APP,
            filter="errorIssueType = CRASH AND (versionCode = 84012)",
            orderBy="errorReportCount desc",
            pageSize=1,
        )
        assert int(found.execute()["errorIssues"][0]["distinctUsers"]) > 0
        since = 'activeBetween("2026-01-01T00:00:00.000Z", UNBOUNDED)'
        client.anomalies().list(parent=APP, filter=since, pageSize=100).execute()
        assert not recorder.faults, recorder.faults

    def check_i2_what_vitals_refuse(self):
        client, recorder = self._vitals()
        name, body = self._question(client)
        query = lambda changed: client.vitals().crashrate().query(name=name, body=changed).execute
        later = json.loads(json.dumps(body))
        later["timelineSpec"]["endTime"]["year"] += 1
        self.refused(query(later), 400, "INVALID_ARGUMENT", "after the latest data available")
        daily = json.loads(json.dumps(body))
        daily["timelineSpec"]["aggregationPeriod"] = "DAILY"
        for at in ("startTime", "endTime"):
            daily["timelineSpec"][at].pop("hours", None)
        self.refused(query(daily), 400, "INVALID_ARGUMENT", "only the time zone America/Los_Angeles")
        few = {**body, "filter": "versionCode = 84103"}
        assert query(few)() == {}, "rows about few people are kept back"
        assert not recorder.faults, recorder.faults
        other, _ = self._vitals("androidpublisher")
        call = other.vitals().crashrate().get(name=name).execute
        self.refused(call, 403, "PERMISSION_DENIED", "insufficient authentication scopes")

    def check_i3_crashlytics_fits_the_document(self):
        client, connection, recorder = self._health(
            "crashlytics", "firebasecrashlytics", "v1alpha", "cloud-platform"
        )
        for key in ("android_app", "ios_app"):
            app = connection[key]
            parent = f"projects/{app.split(':')[1]}/apps/{app}/reports"
            asked = {"filter_issue_errorTypes": ["FATAL"], "pageSize": 100}
            report = client.projects().apps().reports().get(
                name=f"{parent}/topVersions", granularity="TIME_GRANULARITY_HOUR", **asked
            )
            group = report.execute()["groups"][0]
            assert group["version"]["displayName"].startswith("8.4.0 ("), group["version"]
            assert 90 < group["metrics"][-1]["crashFreeUsersPercentage"] <= 100
            issues = client.projects().apps().reports().get(
                name=f"{parent}/topIssues",
                filter_version_displayNames=[group["version"]["displayName"]],
                **asked,
            )
            assert issues.execute()["groups"][0]["issue"]["errorType"] == "FATAL"
        assert not recorder.faults, recorder.faults
        old = client.projects().apps().reports().get(
            name=f"{parent}/topVersions", filter_interval_startTime="2020-01-01T00:00:00Z"
        )
        self.refused(old.execute, 400, "INVALID_ARGUMENT", "last 90 days")
