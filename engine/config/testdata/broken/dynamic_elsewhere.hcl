pipeline "p" {
  dynamic "retry" {
    for_each = [1]
    content {
      max_attempts = 2
    }
  }
}

variable "v" {
  default = 1
  dynamic "validation" {
    for_each = [1]
    content {
      condition     = true
      error_message = ""
    }
  }
}

dynamic "step" {
  for_each = [1]
  content {}
}
