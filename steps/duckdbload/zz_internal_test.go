package duckdbload

import (
	"context"
	"fmt"
	"math/rand"
	"os"
	"testing"
	"time"
	"strings"
	"strconv"
)

func TestZZ(t *testing.T) {
	ctx := context.Background()
	db, _ := openMemory(ctx)
	alpha := []string{"a", "1", "b", ",", ",", "\"", "\"", "\n", "\n", "\r\n", "\r\n", " ", "\"\"", "é", ",,"}
	if os.Getenv("CR") != "" { alpha = append(alpha, "\r") }
	if os.Getenv("VAL") != "" { alpha = []string{"1", "0", "9", "2024-06-15", "10:30", "T", " ", ":00", ".5", "-", "+02", "e5", "Z", "\n", "\n", ",", "true", "inf", "nan", "123456789", ".", "E-30", "+", "0001", "-02-29", "00", "{", "_", "x", ":59:59.999999"} }
	if os.Getenv("LFONLY") != "" { alpha = []string{"a", "1", ",", ",", "\"", "\"", "\n", "\n",  " ", "\"\"",",,","\n\""} }
	seed := time.Now().UnixNano()
	r := rand.New(rand.NewSource(seed))
	dir := "/dev/shm/fz"
	ok, bad, faults, laxer := 0, 0, 0, 0
	end := time.Now().Add(60 * time.Second)
	if s := os.Getenv("SECS"); s != "" { n, _ := strconv.Atoi(s); end = time.Now().Add(time.Duration(n) * time.Second) }
	lax := map[string]int{}
	for time.Now().Before(end) && bad < 25 {
		var b strings.Builder
		b.WriteString([]string{"a", "a,b", "a,b,c", "\"a\",b"}[r.Intn(4)])
		b.WriteString([]string{"\n", "\n", "\r\n"}[r.Intn(3)])
		for n := r.Intn(14); n >= 0; n-- {
			b.WriteString(alpha[r.Intn(len(alpha))])
		}
		p := dir + "/x.csv"
		os.WriteFile(p, []byte(b.String()), 0o644)
		s := &source{path: p, glob: p, format: csvFormat, compression: noCompression}
		err := s.surveyCSV(ctx)
		var n int64
		if s.columns == nil { continue }
		exp := "count(*)"
		for i := range s.columns { exp += fmt.Sprintf(" + 0*count(c%d)", i) }
		derr := db.conn.QueryRowContext(ctx, "SELECT "+exp+" FROM "+s.table()).Scan(&n)
		if err != nil {
			faults++
			if derr == nil { laxer++; e := essence(err).Error(); lax[e[strings.Index(e, ": ")+2:]]++ ; if laxer < 10 { fmt.Printf("LAX %q %v\n", b.String(), err)} }
			continue
		}
		if derr != nil || n != s.rows {
			bad++
			fmt.Printf("%q rows %d duck %d %v mixed=%v\n", b.String(), s.rows, n, derr != nil, s.mixedEnds)
			continue
		}
		ok++
		var want []string
		s.scanCSV(ctx, func(r *csvReader, _ int64) error { for i := range s.columns { v := string(r.fields[i].value()); if v == "" { v = "NULL" }; want = append(want, v) }; return nil })
		sel := ""
		for i := range s.columns { if i > 0 { sel += "," }; sel += fmt.Sprintf("coalesce(c%d,'NULL')", i) }
		rows, err := db.conn.QueryContext(ctx, "SELECT ["+sel+"]::VARCHAR[] FROM "+s.table())
		if err != nil { t.Fatal(err) }
		var got []string
		for rows.Next() { var l []any; var a any; rows.Scan(&a); l = a.([]any); for _, v := range l { got = append(got, v.(string)) } }
		rows.Close()
		if strings.Join(got, "\x01") != strings.Join(want, "\x01") { bad++; fmt.Printf("CONTENT %q\n got %q\nwant %q mixed=%v\n", b.String(), got, want, s.mixedEnds) }
		ex := []string{}
		for i, c := range s.columns { x := target{name: c.name, typ: c.kinds.typ(), clean: !c.kinds.padded}; ex = append(ex, "count("+s.expression(x, i)+")") }
		if _, err := db.exec(ctx, "SELECT "+strings.Join(ex, ",")+" FROM "+s.table()); err != nil && s.distinctNames() == nil { bad++; fmt.Printf("CAST %q %v\n", b.String(), essence(err)) }
	}
	fmt.Println("ok", ok, "bad", bad, "faults", faults, "of them duck accepts", laxer, lax)
}
