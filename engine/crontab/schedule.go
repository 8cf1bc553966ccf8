package crontab

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Schedule is a cron expression: the five fields minute, hour, day of month,
// month and day of week, or a name such as @daily for common ones.
//
// Fields are read and matched as Debian's cron does it. Two of its rules are
// easily missed. If both day fields are restricted, a day matches that is in
// either; a field that begins with an asterisk, */2 too, does not count as
// restricted, and then a day has to be in both. And a schedule whose minute or
// hour begins with an asterisk follows the clock of the wall when it is changed;
// see Plan.Next.
type Schedule struct {
	text                              string
	minute, hour, day, month, weekday set
	bothDays                          bool // a day must be in both day fields
	wildcard                          bool // minute or hour begins with an asterisk
}

// words are the schedules that have names.
var words = map[string]string{
	"@yearly":   "0 0 1 1 *",
	"@annually": "0 0 1 1 *",
	"@monthly":  "0 0 1 * *",
	"@weekly":   "0 0 * * 0",
	"@daily":    "0 0 * * *",
	"@midnight": "0 0 * * *",
	"@hourly":   "0 * * * *",
}

// Parse reads a schedule. What crontab lines cannot say, it refuses with a
// reason.
func Parse(text string) (Schedule, error) {
	texts := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\t' })
	s := Schedule{text: strings.Join(texts, " ")}
	if err := misplaced(s.text); err != nil {
		return Schedule{}, err
	}
	if expression, ok := words[s.text]; ok {
		texts = strings.Fields(expression)
	}
	if len(texts) != 5 {
		return Schedule{}, fmt.Errorf("it has %d fields and not the five minute, hour, day of month, month and day of week", len(texts))
	}
	var errs [5]error
	s.minute, errs[0] = minutes.parse(texts[0])
	s.hour, errs[1] = hours.parse(texts[1])
	s.day, errs[2] = days.parse(texts[2])
	s.month, errs[3] = months.parse(texts[3])
	s.weekday, errs[4] = weekdays.parse(texts[4])
	for _, err := range errs {
		if err != nil {
			return Schedule{}, err
		}
	}
	if s.weekday.has(7) { // Sunday is 0 and 7
		s.weekday = s.weekday&^(1<<7) | 1
	}
	s.wildcard = texts[0][0] == '*' || texts[1][0] == '*'
	s.bothDays = texts[2][0] == '*' || texts[4][0] == '*'
	if !s.comes() {
		return Schedule{}, errors.New("it never comes: none of its months has such a day")
	}
	return s, nil
}

// misplaced says of what is no schedule, but looks like one to some, where it
// belongs.
func misplaced(text string) error {
	word, _, _ := strings.Cut(text, " ")
	switch {
	case text == "":
		return errors.New("it is empty")
	case strings.HasPrefix(word, "TZ="), strings.HasPrefix(word, "CRON_TZ="):
		return errors.New("a time zone is no part of it; set timezone in the pipeline block")
	case word == "@every":
		return errors.New("cron has no @every; write a step, such as */15 * * * * for every quarter of an hour")
	case word == "@reboot":
		return errors.New("@reboot is no time")
	case word[0] == '@' && words[text] == "":
		return fmt.Errorf("%q is no name of a schedule; there are @hourly, @daily, @weekly, @monthly and @yearly", text)
	}
	return nil
}

// comes reports whether there is any day on which the schedule comes.
func (s Schedule) comes() bool {
	if !s.bothDays {
		return true // on its weekdays
	}
	for m := time.January; m <= time.December; m++ {
		last := time.Date(2000, m+1, 0, 0, 0, 0, 0, time.UTC).Day() // of a leap year
		if s.month.has(int(m)) && s.day&steps(1, last, 1) != 0 {
			return true
		}
	}
	return false
}

// String is the schedule as it was written, with single spaces.
func (s Schedule) String() string { return s.text }

// everyHour reports whether the schedule is the same in every hour of every
// day, so that only its minutes count.
func (s Schedule) everyHour() bool {
	_, rest, _ := strings.Cut(s.text, " ")
	return s.text == "@hourly" || rest == "* * * *"
}

// onDay reports whether the date of a wall clock is one of the schedule's.
func (s Schedule) onDay(w wall) bool {
	_, month, day := w.date()
	if !s.month.has(int(month)) {
		return false
	}
	inMonth, inWeek := s.day.has(day), s.weekday.has(int(w.weekday()))
	if s.bothDays {
		return inMonth && inWeek
	}
	return inMonth || inWeek
}

// matches reports whether a minute of a wall clock is one of the schedule's.
func (s Schedule) matches(w wall) bool {
	return s.minute.has(w.minute()) && s.hour.has(w.hour()) && s.onDay(w)
}
