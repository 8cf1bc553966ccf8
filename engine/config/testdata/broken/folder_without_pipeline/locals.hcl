locals {
  day = var.day
}
