// Statements through the real clickhouse-go, as Grafana's data source uses it: HTTP, gzip, Native.
//
//	door ADDRESS DATABASE USER PASSWORD
//
// reads statements from stdin, one JSON string a line, and writes one JSON object a line: columns and rows, or the error.
package main

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
)

type query func(context.Context, string, ...any) (*sql.Rows, error)

type answer struct {
	Columns []string `json:"columns,omitempty"`
	Rows    [][]any  `json:"rows,omitempty"`
	Count   int      `json:"count"`
	Error   string   `json:"error,omitempty"`
}

// asked is a statement; after Cancel milliseconds it is called off.
type asked struct {
	Text   string `json:"text"`
	Cancel int    `json:"cancel"`
}

const shown = 20 // rows of an answer that are written out; all are read

func main() {
	db := clickhouse.OpenDB(&clickhouse.Options{
		Addr:        []string{os.Args[1]},
		Protocol:    clickhouse.HTTP,
		Auth:        clickhouse.Auth{Database: os.Args[2], Username: os.Args[3], Password: os.Args[4]},
		Compression: &clickhouse.Compression{Method: clickhouse.CompressionGZIP},
		DialTimeout: 60 * time.Second,
		ReadTimeout: 60 * time.Second,
		Settings:    clickhouse.Settings{"max_execution_time": 64},
	})
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 1<<20), 1<<20)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var statement asked
		if err := json.Unmarshal(lines.Bytes(), &statement); err != nil {
			panic(err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		if statement.Cancel > 0 {
			time.AfterFunc(time.Duration(statement.Cancel)*time.Millisecond, cancel)
		}
		var said answer
		if err := ask(ctx, db.QueryContext, statement.Text, &said); err != nil {
			said.Error = err.Error()
		}
		cancel()
		if err := out.Encode(said); err != nil {
			panic(err)
		}
	}
}

func ask(ctx context.Context, run query, text string, said *answer) error {
	rows, err := run(ctx, text)
	if err != nil {
		return err
	}
	defer rows.Close()
	if said.Columns, err = rows.Columns(); err != nil {
		return err
	}
	types, err := rows.ColumnTypes()
	if err != nil {
		return err
	}
	for rows.Next() {
		row := make([]any, len(types))
		for i := range types {
			row[i] = reflect.New(types[i].ScanType()).Interface()
		}
		if err := rows.Scan(row...); err != nil {
			return err
		}
		if said.Count++; said.Count > shown {
			continue
		}
		for i, cell := range row {
			row[i] = fmt.Sprint(reflect.ValueOf(cell).Elem().Interface())
			if at, ok := reflect.ValueOf(cell).Elem().Interface().(time.Time); ok {
				row[i] = at.UTC().Format(time.RFC3339Nano)
			}
			if pointer := reflect.ValueOf(cell).Elem(); pointer.Kind() == reflect.Pointer {
				row[i] = nil
				if !pointer.IsNil() {
					row[i] = fmt.Sprint(pointer.Elem().Interface())
				}
			}
		}
		said.Rows = append(said.Rows, row)
	}
	return rows.Err()
}
