# The daily report of a temperature probe: readings every 15 minutes are
# thinned to hourly rows, loaded into a table, drawn, mailed and backed up.
#
# As it stands it needs no server: mail and backup go into folders under out/.
# With the names in .env.example set, two variables make it real:
#
#   dagrun run pipelines/temperature.hcl \
#     --var mail_server=smtp+starttls://smtp.gmail.com:587 --var bucket=s3://my-bucket

pipeline "temperature" {
  description = "Hourly log, table, chart, mail and backup of one probe's day"
  tags        = ["plc", "temperature"]
  schedule    = "0 8 * * *"
  timezone    = "UTC"
  working_dir = ".."
  dotenv      = [".env"]
  timeout     = "30m"
  on_overlap  = "skip"

  retry {
    max_attempts = 3
    strategy     = "exponential"
    min_interval = var.retry_interval
    max_interval = "1m"
  }

  keep {
    runs = 400
  }
}

variable "probe" {
  type        = string
  default     = "probe1"
  description = "Name of the probe; part of the names of files and table."
  validation {
    condition     = can(regex("^[A-Za-z0-9_-]+$", var.probe))
    error_message = "The probe's name becomes part of file names: use letters, digits, dashes and underscores."
  }
}

variable "readings" {
  type        = string
  default     = "testdata/probe1_log.csv"
  description = "The probe's log: record, date, time, temperatura."
}

variable "period" {
  type        = string
  default     = "latest"
  description = "Which readings count: latest (the newest day in the log), a date, A/B, or all."
}

variable "interval" {
  type        = string
  default     = "1h"
  description = "Distance of the rows that are kept."
}

variable "minimum" {
  type        = number
  default     = 25
  description = "Lower threshold in °C."
}

variable "maximum" {
  type        = number
  default     = 35
  description = "Upper threshold in °C."
  validation {
    condition     = var.maximum > var.minimum
    error_message = "The upper threshold (${var.maximum} °C) must lie above the lower one (${var.minimum} °C)."
  }
}

variable "folder" {
  type        = string
  default     = "out"
  description = "Where the files of the pipeline go."
}

variable "mail_server" {
  type        = string
  default     = null
  description = "smtp+starttls://host:587, smtps://host:465, or file://folder for .eml files (the default)."
}

variable "mail_ca_file" {
  type        = string
  default     = null
  description = "Certificate of the authority behind a mail server of one's own."
}

variable "recipients" {
  type        = list(string)
  default     = ["operations@example.org"]
  description = "Who gets the report, and the alarm."
}

variable "bucket" {
  type        = string
  default     = null
  description = "s3://name, or file://folder for the same keys as files (the default)."
}

variable "endpoint" {
  type        = string
  default     = null
  description = "Of an object store other than AWS, such as http://127.0.0.1:7070."
}

variable "region" {
  type        = string
  default     = null
  description = "Of the bucket; by default the one that the environment names."
}

variable "retry_interval" {
  type        = string
  default     = "2s"
  description = "Pause before a failed step's second attempt; it doubles from one attempt to the next."
}

variable "delete_local" {
  type        = bool
  default     = false
  description = "Whether the hourly log goes once its backup is proven and all have read it."
}

locals {
  stamp  = formatdate("YYYYMMDD", run.time)
  name   = "Temperature_log_${var.probe}_${local.stamp}"
  key    = "logs/${formatdate("'year='YYYY/'month='MM/'day='DD", run.time)}/plc-data-${local.stamp}.csv"
  mail   = coalesce(var.mail_server, "file://${var.folder}/mail")
  bucket = coalesce(var.bucket, "file://${var.folder}/backup")
  sender = env("EMAIL_SENDER", env("AUTOMATION_EMAIL", "dagrun@localhost"))

  # What the alarm says: each failed step with its error.
  alarm = join("\n\n", [for f in run.failures : "${f.step} failed after ${f.attempts} attempt(s) with ${f.code}:\n  ${f.error}"])
}

step "csv_resample" "clean" {
  input    = var.readings
  output   = "${var.folder}/${local.name}.csv"
  time     = ["date", "time"]
  period   = var.period
  interval = var.interval
  method   = "first"
}

step "duckdb_load" "store" {
  database = "${var.folder}/temperature.duckdb"
  source   = step.csv_resample.clean.output
  table    = local.name

  postcondition {
    condition     = self.rows == step.csv_resample.clean.rows_out
    error_message = "The table has ${self.rows} rows, the hourly log ${step.csv_resample.clean.rows_out}."
  }
}

step "plot" "chart" {
  database = step.duckdb_load.store.database
  query    = "SELECT date + time AS moment, temperatura FROM \"${step.duckdb_load.store.table}\" ORDER BY moment"
  output   = "${var.folder}/Daily_temperature_plot_${local.stamp}.png"
  x        = "moment"
  y        = "temperatura"
  title    = "Daily Temperature Log - ${local.stamp}"
  x_label  = "Time"
  y_label  = "Temperature (°C)"

  threshold {
    value = var.minimum
    label = "Min: ${var.minimum} °C"
    color = "blue"
    style = "solid"
    kind  = "min"
  }
  threshold {
    value = var.maximum
    label = "Max: ${var.maximum} °C"
    color = "red"
    style = "solid"
    kind  = "max"
  }
}

step "smtp" "report" {
  server      = local.mail
  ca_file     = var.mail_ca_file
  username    = env("AUTOMATION_EMAIL", null)
  password    = env("AUTOMATION_PASS", null)
  from        = local.sender
  to          = var.recipients
  subject     = "Daily temperature report of ${var.probe}, ${run.date}"
  attachments = [step.plot.chart.output]
  text        = <<-EOT
    ${step.plot.chart.points} readings of ${var.probe}, one every ${var.interval},
    from ${step.csv_resample.clean.first_time} to ${step.csv_resample.clean.last_time}:

      lowest   ${format("%.1f", step.plot.chart.min)} °C
      highest  ${format("%.1f", step.plot.chart.max)} °C
      mean     ${format("%.1f", step.plot.chart.mean)} °C
      beyond ${var.minimum} to ${var.maximum} °C: ${step.plot.chart.breaches}

    The chart is attached.
  EOT
}

# Needs the hourly log and nothing else: it runs beside table, chart and mail.
step "s3_put" "backup" {
  source     = step.csv_resample.clean.output
  bucket     = local.bucket
  key        = local.key
  endpoint   = var.endpoint
  region     = var.region
  path_style = var.endpoint != null
}

# Sends nothing that is there already; takes the local file away once the store
# has confirmed it and the table is loaded.
step "s3_put" "remove_local" {
  if            = var.delete_local
  depends_on    = [step.s3_put.backup, step.duckdb_load.store]
  source        = step.csv_resample.clean.output
  bucket        = local.bucket
  key           = local.key
  endpoint      = var.endpoint
  region        = var.region
  path_style    = var.endpoint != null
  if_exists     = "skip"
  delete_source = true
}

step "smtp" "alarm" {
  depends_on   = [step.smtp.report, step.s3_put.backup, step.s3_put.remove_local]
  trigger_rule = "all_done"
  if           = length(run.failures) > 0

  server   = local.mail
  ca_file  = var.mail_ca_file
  username = env("AUTOMATION_EMAIL", null)
  password = env("AUTOMATION_PASS", null)
  from     = local.sender
  to       = var.recipients
  subject  = "FAILED: daily temperature report of ${var.probe}, ${run.date}"
  text     = "Run ${run.id} failed.\n\n${local.alarm}\n"
}

# The mail server itself may be what is out of order: then the alarm stays here.
step "smtp" "alarm_on_disk" {
  depends_on   = [step.smtp.alarm]
  trigger_rule = "one_failed"

  server  = "file://${var.folder}/alarms"
  from    = local.sender
  to      = var.recipients
  subject = "FAILED: daily temperature report of ${var.probe}, ${run.date}"
  text    = "Run ${run.id} failed, and the alarm could not be sent.\n\n${local.alarm}\n"
}

output "chart" {
  value = step.plot.chart.output
}

output "table" {
  value = "${step.duckdb_load.store.table} in ${step.duckdb_load.store.database}"
}

output "backup" {
  value = step.s3_put.backup.url
}
