#!/usr/bin/env bash
# deploy/k8s as a cluster and an auditor see it: what kustomize makes of each overlay, against the
# API's schemas and checkov's questions. Skips are in the manifests, each with its reason.
set -euo pipefail
cd "$(dirname "$0")/../.."
tools=deploy/lint/.venv/bin
kubernetes=1.34  # that the manifests are checked for
rendered=$(mktemp -d)
trap 'rm -rf "$rendered"' EXIT

for overlay in single-node production; do
    "$tools/kubectl" kustomize "deploy/k8s/overlays/$overlay" > "$rendered/$overlay.yaml"
done

"$tools/kubernetes-validate" --strict --quiet -k "$kubernetes" "$rendered"/*.yaml

if command -v kubeconform > /dev/null; then
    # The same schemas, which it can read once they name each other as files.
    cp -r "$("$tools/python" -c 'import kubernetes_validate as k; print(k.__path__[0])')\
/kubernetes-json-schema/v$kubernetes.0-local-strict" "$rendered/schemas"
    sed -i -e 's#"/api/_definitions.json#"_definitions.json#' -e 's#"$id":#"x-id":#' \
        "$rendered"/schemas/*.json
    kubeconform -strict -summary \
        -schema-location "$rendered/schemas/{{.ResourceKind}}{{.KindSuffix}}.json" "$rendered"/*.yaml
else
    echo "SKIPPED kubeconform: NOT HERE; kubernetes-validate has asked the same schemas"
fi

"$tools/checkov" --framework kubernetes --quiet --compact --skip-download \
    --file "$rendered"/*.yaml
