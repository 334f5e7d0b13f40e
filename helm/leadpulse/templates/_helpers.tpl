{{/* Порт страницы состояния каждого процесса: streams/settings/workers.py. */}}
{{- define "leadpulse.ports" -}}
gateway: 9101
pipeline: 9102
transcribe: 9103
store: 9104
notify: 9105
minutes: 9107
web: 9108
tracks: 9109
live: 9110
agent: 9111
actions: 9112
{{- end }}

{{/* Что читает процесс: по отставанию этих тем KEDA его умножает. */}}
{{- define "leadpulse.topics" -}}
pipeline: [source.telegram, source.bitrix, source.wms, lead.events]
transcribe: [source.recordings]
tracks: [source.audio]
live: [source.audio]
minutes: [minutes.requests]
{{- end }}

{{- define "leadpulse.name" -}}
{{- if eq .Release.Name "leadpulse" }}leadpulse{{ else }}{{ printf "%s-leadpulse" .Release.Name | trunc 50 | trimSuffix "-" }}{{ end }}
{{- end }}

{{- define "leadpulse.selector" -}}
app.kubernetes.io/name: leadpulse
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "leadpulse.labels" -}}
{{ include "leadpulse.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "leadpulse.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{/* Secret с ключами подписи: свой или тот, что делает keys.yaml. */}}
{{- define "leadpulse.keys" -}}
{{ .Values.keys.existingSecret | default (printf "%s-keys" (include "leadpulse.name" .)) }}
{{- end }}

{{/* Настройки, общие для всех, и файлы секретов: список из root, worker (или prepare) и его secrets, env. */}}
{{- define "leadpulse.environment" -}}
{{- $values := .root.Values -}}
- {name: LEADPULSE_KAFKA__BOOTSTRAP, value: {{ $values.kafka.bootstrap | quote }}}
- {name: LEADPULSE_KAFKA__SECURITY, value: {{ $values.kafka.security | quote }}}
- {name: LEADPULSE_KAFKA__SASL_MECHANISM, value: {{ $values.kafka.saslMechanism | quote }}}
- {name: LEADPULSE_KAFKA__USERNAME, value: {{ $values.kafka.username | quote }}}
- {name: LEADPULSE_KAFKA__REPLICATION, value: {{ $values.kafka.replication | quote }}}
- {name: LEADPULSE_KAFKA__PREFIX, value: {{ $values.kafka.prefix | quote }}}
{{- if $values.kafka.ca.secret }}
- {name: LEADPULSE_KAFKA__CA_FILE, value: /run/secrets/leadpulse/kafka-ca}
{{- end }}
- {name: LEADPULSE_STORE__BACKEND, value: clickhouse}
- {name: LEADPULSE_STORE__URL, value: {{ $values.clickhouse.url | quote }}}
- {name: LEADPULSE_STORE__DATABASE, value: {{ $values.clickhouse.database | quote }}}
- {name: LEADPULSE_STORE__USERNAME, value: {{ $values.clickhouse.username | quote }}}
- {name: LEADPULSE_STORE__API_HOST, value: {{ if eq .worker "store" }}0.0.0.0{{ else }}{{ include "leadpulse.name" .root }}-store{{ end }}}
- {name: LEADPULSE_METRICS__HOST, value: 0.0.0.0}
{{- if eq .worker "gateway" }}
- {name: LEADPULSE_GATEWAY__HOST, value: 0.0.0.0}
{{- end }}
{{- if eq .worker "web" }}
- {name: LEADPULSE_WEB__HOST, value: 0.0.0.0}
{{- end }}
{{- if eq .worker "mcp" }}
- {name: LEADPULSE_MCP__HOST, value: 0.0.0.0}
{{- end }}
{{- if has .worker (list "agent" "web" "pipeline" "notify" "mcp") }}
- {name: LEADPULSE_COMMANDS__KEYS, value: /run/secrets/leadpulse-keys}
{{- end }}
{{- if $values.recordings.existingClaim }}
- {name: LEADPULSE_SPEECH__RECORDINGS, value: /srv/recordings}
{{- end }}
{{- if $values.model.existingClaim }}
- {name: LEADPULSE_SPEECH__VOSK_MODEL, value: /srv/model}
{{- end }}
{{- range $name, $value := .env }}
- {name: LEADPULSE_{{ $name }}, value: {{ $value | quote }}}
{{- end }}
{{- range $name, $from := (include "leadpulse.secrets" . | fromYaml) }}
{{- if ne $name "kafka-ca" }}
- {name: LEADPULSE_{{ $name }}_FILE, value: /run/secrets/leadpulse/{{ $name }}}
{{- end }}
{{- end }}
{{- end }}

{{/* Секреты процесса: Kafka у всех, ClickHouse у того, кто в него пишет, токен API у тех, кто его спрашивает, и его собственные. */}}
{{- define "leadpulse.secrets" -}}
{{- $values := .root.Values -}}
{{- $all := dict -}}
{{- if $values.kafka.password.secret }}{{ $_ := set $all "KAFKA__PASSWORD" $values.kafka.password }}{{ end -}}
{{- if $values.kafka.ca.secret }}{{ $_ := set $all "kafka-ca" $values.kafka.ca }}{{ end -}}
{{- if and (has .worker (list "store" "migrate")) $values.clickhouse.password.secret }}{{ $_ := set $all "STORE__PASSWORD" $values.clickhouse.password }}{{ end -}}
{{- if has .worker (list "store" "minutes") }}{{ $_ := set $all "STORE__API_TOKEN" $values.storeApi.token }}{{ end -}}
{{- if has .worker (list "store" "web" "agent" "mcp") }}{{ $_ := set $all "STORE__WEB_TOKEN" $values.storeApi.webToken }}{{ end -}}
{{- range $name, $from := .secrets }}{{ $_ := set $all $name $from }}{{ end -}}
{{- toYaml $all }}
{{- end }}

{{- define "leadpulse.secretsVolume" -}}
- name: secrets
  projected:
    defaultMode: 0440
    {{- $all := include "leadpulse.secrets" . | fromYaml }}
    sources: {{ if not $all }}[]{{ end }}
      {{- range $name, $from := $all }}
      - secret:
          name: {{ $from.secret }}
          items: [{key: {{ $from.key | quote }}, path: {{ $name | quote }}}]
      {{- end }}
{{- end }}

{{- define "leadpulse.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "leadpulse.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}
