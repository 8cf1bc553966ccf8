// Package crontab knows what a pipeline's schedule means and how a crontab says
// it. It is pure: it reads no clock, no file and no crontab.
//
// A Schedule is read and matched as Debian's cron does it, which runs the lines.
// A Plan joins a schedule, the pipeline's time zone and the machine's: it gives
// the schedule of the crontab line and the times of runs, also around changes of
// the clock. A Job writes the lines of one pipeline, and a Table is a crontab
// into which they are put and from which they are taken without touching
// anybody else's.
package crontab
