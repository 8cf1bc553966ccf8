# Many probes, one report: each log in a folder is thinned to hourly rows and
# drawn by itself, all beside each other, and one mail has all the charts. A
# new probe needs no line here: its log in the folder is enough. A probe whose
# log is spoilt fails alone; the report goes out with the others and names it.
#
# As it stands it needs no server: the mail goes into a folder under out/.

pipeline "probes" {
  description = "A chart of each probe in a folder, and one mail with all of them"
  tags        = ["plc", "temperature"]
  schedule    = "30 6 * * *"
  timezone    = "UTC"
  working_dir = ".."
  dotenv      = [".env"]
  timeout     = "30m"
}

variable "logs" {
  type        = string
  default     = "testdata/probes"
  description = "Folder with one NAME.csv for each probe: time, temperature."
}

variable "folder" {
  type        = string
  default     = "out/probes"
  description = "Where the files of the pipeline go."
}

variable "mail_server" {
  type        = string
  default     = null
  description = "smtp+starttls://host:587, smtps://host:465, or file://folder for .eml files (the default)."
}

variable "recipients" {
  type        = list(string)
  default     = ["operations@example.org"]
  description = "Who gets the report."
}

# What is right for most probes, and the exceptions.
variable "limits" {
  type = map(object({
    minimum = optional(number)
    maximum = optional(number)
  }))
  default = {
    server-room = { maximum = 27 }
    greenhouse  = { minimum = 16, maximum = 30 }
  }
  description = "Thresholds in °C by probe."
}

locals {
  logs = { for file in fileset(var.logs, "*.csv") : trimsuffix(file, ".csv") => "${var.logs}/${file}" }

  # Of a probe that failed there is no chart, and nothing is known.
  drawn = { for probe, chart in step.plot.chart : probe => chart if chart.points != null }
}

step "csv_resample" "clean" {
  for_each  = local.logs
  input     = each.value
  output    = "${var.folder}/${each.key}.csv"
  time      = "time"
  interval  = "1h"
  aggregate = { temperature = "mean" }
}

# Waits for the hourly log of its own probe, not for those of the others.
step "plot" "chart" {
  for_each = local.logs
  source   = step.csv_resample.clean[each.key].output
  output   = "${var.folder}/${each.key}.png"
  width    = "8in"
  height   = "3.5in"
  x        = "time"
  y        = "temperature_mean"
  title    = each.key
  x_label  = ""
  y_label  = "°C"

  dynamic "threshold" {
    for_each = { for kind, value in {
      min = try(var.limits[each.key].minimum, null)
      max = try(var.limits[each.key].maximum, null)
    } : kind => value if value != null }
    content {
      value = threshold.value
      kind  = threshold.key
      label = "${threshold.key}: ${threshold.value} °C"
    }
  }
}

step "smtp" "report" {
  trigger_rule = "all_done"
  server       = coalesce(var.mail_server, "file://${var.folder}/mail")
  username     = env("AUTOMATION_EMAIL", null)
  password     = env("AUTOMATION_PASS", null)
  from         = env("EMAIL_SENDER", env("AUTOMATION_EMAIL", "dagrun@localhost"))
  to           = var.recipients
  subject      = "${length(local.drawn)} of ${length(local.logs)} probes, ${run.date}"
  inline       = [for chart in local.drawn : chart.output]
  html = templatefile("pipelines/probes.html", {
    charts   = local.drawn
    failures = run.failures
    date     = run.date
  })

  precondition {
    condition     = length(local.logs) > 0
    error_message = "There is no log in ${var.logs}."
  }
}

output "charts" {
  value = [for chart in local.drawn : chart.output]
}
