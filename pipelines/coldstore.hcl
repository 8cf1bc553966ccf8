# A cold store's day: several probes in one log are thinned to hourly means and
# extremes, kept in one table that grows day by day, and drawn as a dashboard.
#
# The log is as a gateway writes it: German dates, rows that come late or twice,
# a line that was cut off, a probe that was away. A day that is loaded again
# is there once.

pipeline "coldstore" {
  description = "Hourly temperatures and humidity of a cold store's probes"
  tags        = ["coldstore"]
  schedule    = "15 0 * * *"
  timezone    = "Europe/Berlin"
  working_dir = ".."
  timeout     = "10m"
}

variable "log" {
  type        = string
  default     = "testdata/coldstore_log.csv"
  description = "The gateway's log, or a glob for several: time, probe, temperature, humidity."
}

variable "folder" {
  type        = string
  default     = "out"
  description = "Where the files of the pipeline go."
}

variable "warmest" {
  type        = number
  default     = 7
  description = "What no probe may exceed, in °C."
}

variable "bad_rows" {
  type        = number
  default     = 10
  description = "How many lines that cannot be read a log may have."
}

locals {
  base = "${var.folder}/coldstore"
}

step "csv_resample" "hourly" {
  input       = var.log
  output      = "${local.base}/hourly.csv.gz"
  time        = "time"
  time_format = "%d.%m.%Y %H:%M"
  interval    = "1h"
  group_by    = "probe"
  aggregate   = { temperature = ["mean", "min", "max", "count"], humidity = ["mean"] }
  fill        = "null"
  duplicates  = "keep_last"

  on_bad_row   = "reject"
  rejects      = "${local.base}/rejected.csv"
  max_bad_rows = var.bad_rows
}

step "duckdb_load" "keep" {
  database = "${local.base}/coldstore.duckdb"
  source   = step.csv_resample.hourly.output
  table    = "hourly"
  mode     = "upsert"
  key      = ["probe", "time"]
  columns  = { probe = "VARCHAR", time = "VARCHAR" }

  check {
    column = "humidity_mean"
    min    = 0
  }
  check {
    column = "humidity_mean"
    max    = 100
  }
  check {
    sql = "SELECT * FROM hourly WHERE temperature_min > temperature_max"
  }
  check {
    column   = "temperature_count"
    min      = 1
    severity = "warn"
  }

  postcondition {
    condition     = self.rows == step.csv_resample.hourly.rows_out
    error_message = "${self.rows} rows came into the table, ${step.csv_resample.hourly.rows_out} were written."
  }
}

step "plot" "dashboard" {
  database = step.duckdb_load.keep.database
  query    = <<-SQL
    SELECT strptime(time, '%d.%m.%Y %H:%M') AS hour, probe, temperature_max, humidity_mean
    FROM ${step.duckdb_load.keep.table} ORDER BY hour
  SQL
  output   = "${local.base}/dashboard.png"
  theme    = "dark"
  x        = "hour"
  x_label  = ""
  group_by = "probe"
  title    = "Cold store"

  panel {
    y       = "temperature_max"
    y_label = "Warmest in the hour (°C)"
    threshold {
      value = var.warmest
      label = "Limit: ${var.warmest} °C"
      kind  = "max"
    }
  }
  panel {
    y       = "humidity_mean"
    y_label = "Humidity (%)"
    y_max   = 100
  }
}

output "dashboard" {
  value = step.plot.dashboard.output
}

output "too_warm" {
  description = "Hours in which a probe exceeded the limit."
  value       = step.plot.dashboard.breaches
}

output "rejected" {
  value = step.csv_resample.hourly.rows_rejected
}
