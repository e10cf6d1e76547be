/** A right answer to a coding task, and a program around it that prints what shows that it is right. */
interface CodingReference {
  readonly answer: string;
  /** The file that the program goes to; its ending says how it is run. */
  readonly file: string;
  readonly program: (answer: string) => string;
  readonly prints: string;
}

// The class with `main` stands first, since Java runs the first class of a file.
const inJavaMain = (answer: string, main: string): string => `
public class Main {
  public static void main(String[] args) { ${main} }
  ${answer}
}
class ListNode { int val; ListNode next; ListNode(int v, ListNode n) { val = v; next = n; } }`;

/** By id; the cases in `reading` have none, since their prompts hold the program itself. */
export const CODING_REFERENCES: Readonly<Record<string, CodingReference>> = {
  "python-reverse-string": {
    answer: "def reverse_string(text):\n    return text[::-1]",
    file: "main.py",
    program: (answer) => `${answer}\nprint(reverse_string("abc"), repr(reverse_string("")))`,
    prints: "cba ''",
  },
  "python-fibonacci": {
    answer: "def fibonacci(n):\n    a, b = 0, 1\n    for _ in range(n):\n        a, b = b, a + b\n    return a",
    file: "main.py",
    program: (answer) => `${answer}\nprint([fibonacci(n) for n in range(9)])`,
    prints: "[0, 1, 1, 2, 3, 5, 8, 13, 21]",
  },
  "typescript-group-by": {
    answer: `export function groupBy<T>(items: T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}`,
    file: "main.ts",
    program: (answer) =>
      `${answer}\nconsole.log(JSON.stringify([...groupBy(["ab", "c", "ad"], (text) => text.slice(0, 1))]));`,
    prints: '[["a",["ab","ad"]],["c",["c"]]]',
  },
  "javascript-debounce": {
    answer: `function debounce(fn, wait) {
  let timer;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => fn(...args), wait);
  };
}`,
    file: "main.mjs",
    program: (answer) => `${answer}
const said = debounce((text) => console.log(text), 1);
said("first");
said("last");`,
    prints: "last",
  },
  "go-word-count": {
    answer: `func WordCount(text string) map[string]int {
	counts := make(map[string]int)
	for _, word := range strings.Fields(text) {
		counts[word]++
	}
	return counts
}`,
    file: "main.go",
    program: (answer) => `package main
import ("fmt"; "strings")
${answer}
func main() { fmt.Println(WordCount(" a b\\ta ")) }`,
    prints: "map[a:2 b:1]",
  },
  "rust-is-prime": {
    answer: `fn is_prime(n: u64) -> bool {
    if n < 2 { return false; }
    let mut d = 2;
    while d * d <= n {
        if n % d == 0 { return false; }
        d += 1;
    }
    true
}`,
    file: "main.rs",
    program: (answer) =>
      `${answer}\nfn main() { println!("{:?}", (0..20).filter(|&n| is_prime(n)).collect::<Vec<u64>>()); }`,
    prints: "[2, 3, 5, 7, 11, 13, 17, 19]",
  },
  "java-singly-linked-list": {
    answer: `static ListNode reverse(ListNode head) {
    ListNode previous = null;
    while (head != null) {
      ListNode next = head.next;
      head.next = previous;
      previous = head;
      head = next;
    }
    return previous;
  }`,
    file: "Main.java",
    program: (answer) =>
      inJavaMain(
        answer,
        `ListNode list = new ListNode(1, new ListNode(2, new ListNode(3, null)));
    for (ListNode n = reverse(list); n != null; n = n.next) System.out.print(n.val);`,
      ),
    prints: "321",
  },
  "c-string-length": {
    answer: `size_t string_length(const char *s) {
  size_t length = 0;
  while (s[length] != '\\0') length++;
  return length;
}`,
    file: "main.c",
    program: (answer) => `#include <stdio.h>
${answer}
int main(void) { printf("%zu %zu", string_length(""), string_length("four")); }`,
    prints: "0 4",
  },
  "sql-second-highest-salary": {
    answer:
      "SELECT MAX(salary) AS second_highest_salary FROM employees WHERE salary < (SELECT MAX(salary) FROM employees);",
    file: "main.sql",
    program: (answer) => `CREATE TABLE employees (id INTEGER, salary INTEGER);
INSERT INTO employees VALUES (1, 10), (2, 30), (3, 20), (4, 30);
${answer}`,
    prints: "20",
  },
  "sql-customers-without-orders": {
    answer:
      "SELECT name FROM customers WHERE NOT EXISTS (SELECT 1 FROM orders WHERE orders.customer_id = customers.id);",
    file: "main.sql",
    program: (answer) => `CREATE TABLE customers (id INTEGER, name TEXT);
CREATE TABLE orders (id INTEGER, customer_id INTEGER);
INSERT INTO customers VALUES (1, 'Ann'), (2, 'Bo');
INSERT INTO orders VALUES (1, 1), (2, NULL);
${answer}`,
    prints: "Bo",
  },
  "bash-largest-files": {
    answer: "du -a /var/log | sort -rn | head -n 5",
    file: "main.sh",
    // In a folder of its own: what /var/log holds is no business of a test.
    program: (answer) => `set -e
mkdir logs
for n in 1 2 3 4 5 6 7; do head -c "\${n}00000" /dev/zero > "logs/$n"; done
${answer.replace("/var/log", "logs")} | cut -f 2 | tr '\\n' ' '`,
    prints: "logs logs/7 logs/6 logs/5 logs/4",
  },
  "python-fix-mutable-default": {
    answer: `def append_to(item, items=None):
    if items is None:
        items = []
    items.append(item)
    return items`,
    file: "main.py",
    program: (answer) => `${answer}\nprint(append_to(1), append_to(2), append_to(3, [0]))`,
    prints: "[1] [2] [0, 3]",
  },
  "typescript-fix-off-by-one": {
    answer: `function sum(values: number[]): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    total += values[i];
  }
  return total;
}`,
    file: "main.ts",
    program: (answer) => `${answer}\nconsole.log(sum([1, 2, 3]), sum([]));`,
    prints: "6 0",
  },
  "regex-iso-date": {
    answer: "const ISO_DATE = /^\\d{4}-\\d{2}-\\d{2}$/;",
    file: "main.mjs",
    program: (answer) => `${answer}
console.log(["2024-05-06", "2024-5-6", "x2024-05-06", "2024-05-06 "].map((text) => ISO_DATE.test(text)).join());`,
    prints: "true,false,false,false",
  },
};
