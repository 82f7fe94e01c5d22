"""The batch sample of the API Management guide (MicrosoftDocs/azure-docs
manage-web-service-endpoints-using-api-management.md), ported to Python 3 and its standard library.

It keeps the order and the calls of the original; what the storage package did there is the function
put_blob here. Settings come from a JSON object on standard input.
"""

import base64
import email.utils
import hashlib
import hmac
import json
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

settings = json.load(sys.stdin)
service_url = settings["service_url"]
workspace = settings["workspace"]
service = settings["service"]
api_key = settings["api_key"]
storage_url = settings["storage_url"]
storage_account_name = settings["storage_account_name"]
storage_account_key = settings["storage_account_key"]
storage_container_name = settings["storage_container_name"]
input_file = settings["input_file"]
output_file = settings["output_file"]
input_blob_name = "mydatablob.csv"
output_blob_name = "myresultsblob.csv"


def print_http_error(http_error):
    print("The call failed with status " + str(http_error.code))
    print(http_error.info())
    print(json.loads(http_error.read()))


def put_blob(container_name, blob_name, data):
    url = storage_url + "/" + container_name + "/" + blob_name
    blob_headers = {"x-ms-blob-type": "BlockBlob", "x-ms-version": "2019-12-12"}
    blob_headers["x-ms-date"] = email.utils.formatdate(usegmt=True)
    lines = [name + ":" + blob_headers[name] for name in sorted(blob_headers)]
    resource = "/" + storage_account_name + urllib.parse.urlsplit(url).path
    standard = ["PUT", "", "", str(len(data)), "", "text/csv", "", "", "", "", "", ""]
    to_sign = "\n".join(standard + lines + [resource])
    digest = hmac.new(base64.b64decode(storage_account_key), to_sign.encode(), hashlib.sha256).digest()
    signature = base64.b64encode(digest).decode()
    blob_headers["Authorization"] = "SharedKey " + storage_account_name + ":" + signature
    blob_headers["Content-Type"] = "text/csv"
    urllib.request.urlopen(urllib.request.Request(url, data, blob_headers, method="PUT"))


def save_blob_to_file(blob_url, results_label):
    print("Reading the result from the storage")
    try:
        response = urllib.request.urlopen(blob_url)
    except urllib.error.HTTPError as error:
        print_http_error(error)
        return
    with open(output_file, "wb+") as f:
        f.write(response.read())
    print(results_label + " are in the file now")


def process_results(result):
    first = True
    results = result["Results"]
    for output_name in results:
        result_blob_location = results[output_name]
        sas_token = result_blob_location["SasBlobToken"]
        base_url = result_blob_location["BaseLocation"]
        relative_url = result_blob_location["RelativeLocation"]
        print("Results of " + output_name + ":")
        print("BaseLocation: " + base_url)
        print("RelativeLocation: " + relative_url)
        if first:
            first = False
            url3 = base_url + relative_url + sas_token
            save_blob_to_file(url3, "The results of " + output_name)


def invoke_batch_execution_service():
    url = service_url + "/workspaces/" + workspace + "/services/" + service + "/jobs"
    print("Uploading the input")
    data_to_upload = open(input_file, "rb").read()
    put_blob(storage_container_name, input_blob_name, data_to_upload)
    print("Uploaded the input")
    input_blob_path = "/" + storage_container_name + "/" + input_blob_name
    connection_string = (
        "DefaultEndpointsProtocol=https;AccountName=" + storage_account_name + ";AccountKey=" + storage_account_key
    )
    payload = {
        "Input": {"ConnectionString": connection_string, "RelativeLocation": input_blob_path},
        "Outputs": {
            "output1": {
                "ConnectionString": connection_string,
                "RelativeLocation": "/" + storage_container_name + "/" + output_blob_name,
            },
        },
        "GlobalParameters": {},
    }
    body = str.encode(json.dumps(payload))
    headers = {"Content-Type": "application/json", "Authorization": ("Bearer " + api_key)}
    print("Submitting the job")
    req = urllib.request.Request(url + "?api-version=2.0", body, headers)
    try:
        response = urllib.request.urlopen(req)
    except urllib.error.HTTPError as error:
        print_http_error(error)
        return
    result = response.read().decode()
    job_id = result[1:-1]
    print("Job ID: " + job_id)
    print("Starting the job")
    req = urllib.request.Request(url + "/" + job_id + "/start?api-version=2.0", b"", headers)
    try:
        response = urllib.request.urlopen(req)
    except urllib.error.HTTPError as error:
        print_http_error(error)
        return
    url2 = url + "/" + job_id + "?api-version=2.0"

    while True:
        print("Asking for the status")
        req = urllib.request.Request(url2, headers={"Authorization": ("Bearer " + api_key)})
        try:
            response = urllib.request.urlopen(req)
        except urllib.error.HTTPError as error:
            print_http_error(error)
            return
        result = json.loads(response.read())
        status = result["StatusCode"]
        print("status:" + str(status))
        if status == 0 or status == "NotStarted":
            print("Job " + job_id + " is not started yet")
        elif status == 1 or status == "Running":
            print("Job " + job_id + " runs")
        elif status == 2 or status == "Failed":
            print("Job " + job_id + " failed")
            print("Details: " + result["Details"])
            break
        elif status == 3 or status == "Cancelled":
            print("Job " + job_id + " is cancelled")
            break
        elif status == 4 or status == "Finished":
            print("Job " + job_id + " is finished")
            process_results(result)
            break
        time.sleep(1)


invoke_batch_execution_service()
