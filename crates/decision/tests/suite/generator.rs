//! Random FEEL expressions of every construct, as text, mostly of the right types.
//! It does not know what they give: laws and other engines say that.

/// A sequence of expressions that its seed determines (SplitMix64: Steele, Lea, Flood 2014).
pub(crate) struct Generator {
    state: u64,
}

/// What an expression is meant to give.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Number,
    Text,
    Boolean,
    Date,
    DateTime,
    Time,
    Days,
    Months,
    Numbers,
    Texts,
    Context,
}

const KINDS: [Kind; 11] = [
    Kind::Number,
    Kind::Text,
    Kind::Boolean,
    Kind::Date,
    Kind::DateTime,
    Kind::Time,
    Kind::Days,
    Kind::Months,
    Kind::Numbers,
    Kind::Texts,
    Kind::Context,
];

/// The variables that expressions read, each with its own expression.
#[allow(dead_code, reason = "only who evaluates needs them")]
pub(crate) const VARIABLES: [(&str, &str); 8] = [
    ("n", "7"),
    ("m", "-2.5"),
    ("s", "\"Segue\""),
    ("b", "true"),
    ("d", "@\"2024-02-29\""),
    ("l", "[3, 1, 2]"),
    ("c", "{a: 1, b: \"x\"}"),
    ("nothing", "null"),
];

impl Generator {
    pub(crate) fn new(seed: u64) -> Generator {
        Generator { state: seed }
    }

    /// An expression of any kind.
    pub(crate) fn expression(&mut self) -> String {
        let depth = 1 + self.below(4) as u32;
        let kind = KINDS[self.below(KINDS.len())];
        self.of(kind, depth)
    }

    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % bound as u64) as usize
    }

    /// One of several texts.
    pub(crate) fn pick(&mut self, of: &[&str]) -> String {
        of[self.below(of.len())].to_owned()
    }

    /// Every fifteenth time something of another kind.
    fn of(&mut self, kind: Kind, depth: u32) -> String {
        let kind = if self.below(15) == 0 { KINDS[self.below(KINDS.len())] } else { kind };
        if depth == 0 {
            return self.leaf(kind);
        }
        let depth = depth - 1;
        if self.below(12) == 0 {
            let (condition, met) = (self.of(Kind::Boolean, depth), self.of(kind, depth));
            return format!("(if {condition} then {met} else {})", self.of(kind, depth));
        }
        match kind {
            Kind::Number => self.number(depth),
            Kind::Text => self.text(depth),
            Kind::Boolean => self.boolean(depth),
            Kind::Numbers => self.numbers(depth),
            Kind::Texts => self.texts(depth),
            Kind::Context => self.context(depth),
            _ => self.temporal(kind, depth),
        }
    }

    fn leaf(&mut self, kind: Kind) -> String {
        self.pick(match kind {
            Kind::Number => &["0", "1", "-1", "2.50", "0.1", "1e3", "100", "n", "m", "c.a"],
            Kind::Text => &["\"\"", "\"a\"", "\"Ünï 😀\"", "\"a b\\n\"", "s", "c.b"],
            Kind::Boolean => &["true", "false", "b", "null", "nothing"],
            Kind::Date => &["@\"2024-02-29\"", "date(2023, 12, 31)", "@\"1999-01-01\"", "d"],
            Kind::DateTime => &[
                "@\"2024-02-29T23:59:59\"",
                "@\"2024-02-29T10:00:00Z\"",
                "@\"2023-06-01T00:00:00+02:00\"",
                "date and time(\"2024-01-31T08:30:00\")",
            ],
            Kind::Time => {
                &["@\"10:30:00\"", "@\"23:59:59Z\"", "time(1, 2, 3)", "@\"00:00:00+01:00\""]
            }
            Kind::Days => &["@\"P1D\"", "@\"-PT36H\"", "@\"PT0.5S\"", "duration(\"P2DT3H4M5S\")"],
            Kind::Months => &["@\"P1Y\"", "@\"-P14M\"", "@\"P1M\"", "duration(\"P2Y3M\")"],
            Kind::Numbers => &["[]", "[1]", "[1, 2, 2, 3]", "l", "[-1.5, n]"],
            Kind::Texts => &["[\"a\", \"b\"]", "[s]", "[\"a\", \"a\", null]"],
            Kind::Context => &["{}", "{a: 1}", "{a: 2, \"b c\": \"y\"}", "c"],
        })
    }

    fn number(&mut self, depth: u32) -> String {
        let number = self.of(Kind::Number, depth);
        match self.below(16) {
            0..=3 => {
                let operator = self.pick(&["+", "-", "*", "/"]);
                format!("{number} {operator} {}", self.of(Kind::Number, depth))
            }
            4 => format!("({number}) ** {}", self.pick(&["2", "0", "-1", "3"])),
            5 => format!("-({number})"),
            6 => {
                let function = self.pick(&["abs", "floor", "ceiling"]);
                format!("{function}({number})")
            }
            7 => {
                let function = self.pick(&["decimal", "round up", "round down", "round half up"]);
                format!("{function}({number}, {})", self.below(4))
            }
            8 => format!("modulo({number}, {})", self.of(Kind::Number, depth)),
            9 => {
                let function =
                    self.pick(&["sum", "min", "max", "mean", "count", "median", "product"]);
                format!("{function}({})", self.of(Kind::Numbers, depth))
            }
            10 => format!("string length({})", self.of(Kind::Text, depth)),
            11 => format!(
                "{}[{}]",
                self.of(Kind::Numbers, 0),
                self.pick(&["1", "-1", "4", "item > 1"])
            ),
            12 => {
                let member = self.pick(&["year", "month", "day", "weekday"]);
                format!("({}).{member}", self.of(Kind::Date, depth))
            }
            13 => {
                let member = self.pick(&["days", "hours", "minutes", "seconds"]);
                format!("({}).{member}", self.of(Kind::Days, depth))
            }
            14 => format!("(function(x, y) x - y)(y: {number}, x: 1)"),
            _ => format!("({}).a", self.of(Kind::Context, depth)),
        }
    }

    fn text(&mut self, depth: u32) -> String {
        let text = self.of(Kind::Text, depth);
        match self.below(9) {
            0 => format!("{text} + {}", self.of(Kind::Text, depth)),
            1 => {
                let function = self.pick(&["upper case", "lower case", "string"]);
                format!("{function}({text})")
            }
            2 => format!("substring({text}, {})", self.pick(&["1", "-2", "2, 1", "9"])),
            3 => {
                let function = self.pick(&["substring before", "substring after"]);
                format!("{function}({text}, {})", self.of(Kind::Text, 0))
            }
            4 => format!("replace({text}, \"[a-e]\", {})", self.pick(&["\"-\"", "\"$0$0\""])),
            5 => format!("string join({}, \"-\")", self.of(Kind::Texts, depth)),
            6 => {
                let kind = KINDS[self.below(KINDS.len())];
                format!("string({})", self.of(kind, depth))
            }
            7 => format!("{}[1]", self.of(Kind::Texts, 0)),
            _ => format!("string(from: {text})"),
        }
    }

    fn boolean(&mut self, depth: u32) -> String {
        let kind = KINDS[self.below(9)];
        let (left, right) = (self.of(kind, depth), self.of(kind, depth));
        match self.below(14) {
            0..=2 => {
                let sign = self.pick(&["=", "!=", "<", "<=", ">", ">="]);
                format!("({left}) {sign} ({right})")
            }
            3 | 4 => {
                let word = self.pick(&["and", "or"]);
                format!(
                    "({}) {word} ({})",
                    self.of(Kind::Boolean, depth),
                    self.of(Kind::Boolean, depth)
                )
            }
            5 => format!("not({})", self.of(Kind::Boolean, depth)),
            6 => format!("({left}) between ({right}) and ({})", self.of(kind, depth)),
            7 => format!("({left}) in [({right})..({})]", self.of(kind, depth)),
            8 => format!("({left}) in (({right}), < ({}))", self.of(kind, 0)),
            9 => {
                let of = self.pick(&["number", "string", "boolean", "date", "list<number>", "Any"]);
                format!("({left}) instance of {of}")
            }
            10 => {
                let function = self.pick(&["contains", "starts with", "ends with"]);
                format!("{function}({}, {})", self.of(Kind::Text, depth), self.of(Kind::Text, 0))
            }
            11 => {
                let word = self.pick(&["some", "every"]);
                format!(
                    "({word} x in {} satisfies x > {})",
                    self.of(Kind::Numbers, depth),
                    self.of(Kind::Number, 0)
                )
            }
            12 => format!(
                "list contains({}, {})",
                self.of(Kind::Numbers, depth),
                self.of(Kind::Number, 0)
            ),
            _ => {
                let relation =
                    self.pick(&["before", "after", "meets", "overlaps", "includes", "during"]);
                format!("{relation}([1..{}], ({}..5])", self.below(9), self.below(7))
            }
        }
    }

    fn numbers(&mut self, depth: u32) -> String {
        let list = self.of(Kind::Numbers, depth);
        match self.below(11) {
            0 => format!("[{}, {}]", self.of(Kind::Number, depth), self.of(Kind::Number, depth)),
            1 => format!("for x in {list} return x * {}", self.of(Kind::Number, 0)),
            2 => format!("for x in {} .. {} return x", self.below(5), self.below(5)),
            3 => format!("({list})[item >= {}]", self.of(Kind::Number, 0)),
            4 => format!("append({list}, {})", self.of(Kind::Number, depth)),
            5 => {
                let function = self.pick(&["concatenate", "union"]);
                format!("{function}({list}, {})", self.of(Kind::Numbers, depth))
            }
            6 => {
                let function = self.pick(&["reverse", "distinct values", "flatten", "mode"]);
                format!("{function}({list})")
            }
            7 => format!("sort({list}, function(x, y) x < y)"),
            8 => format!("sublist({list}, {})", self.pick(&["1", "2", "-1", "1, 1"])),
            9 => format!("index of({list}, {})", self.of(Kind::Number, 0)),
            _ => format!("insert before({list}, 1, {})", self.of(Kind::Number, 0)),
        }
    }

    fn texts(&mut self, depth: u32) -> String {
        match self.below(3) {
            0 => format!("[{}, {}]", self.of(Kind::Text, depth), self.of(Kind::Text, depth)),
            1 => format!("split({}, \"e\")", self.of(Kind::Text, depth)),
            _ => format!("for x in {} return string(x)", self.of(Kind::Numbers, depth)),
        }
    }

    fn context(&mut self, depth: u32) -> String {
        match self.below(4) {
            0 => format!("{{a: {}, b: a}}", self.of(Kind::Number, depth)),
            1 => format!(
                "context put({}, \"a\", {})",
                self.of(Kind::Context, depth),
                self.of(Kind::Number, 0)
            ),
            2 => format!(
                "context merge([{}, {}])",
                self.of(Kind::Context, depth),
                self.of(Kind::Context, depth)
            ),
            _ => format!("get entries({})[1]", self.of(Kind::Context, depth)),
        }
    }

    fn temporal(&mut self, kind: Kind, depth: u32) -> String {
        let value = self.of(kind, depth);
        match (kind, self.below(4)) {
            (Kind::Date | Kind::DateTime, 0) => format!("{value} + {}", self.of(Kind::Months, 0)),
            (Kind::Date | Kind::DateTime, 1) => format!("{value} - {}", self.of(Kind::Days, 0)),
            (Kind::Date, 2) => format!("date({})", self.of(Kind::DateTime, depth)),
            (Kind::DateTime, 2) => {
                format!("date and time({}, {})", self.of(Kind::Date, depth), self.of(Kind::Time, 0))
            }
            (Kind::Time, 0) => format!("{value} + {}", self.of(Kind::Days, 0)),
            (Kind::Time, 1) => format!("time({})", self.of(Kind::DateTime, 0)),
            (Kind::Days, 0) => format!("{value} * {}", self.of(Kind::Number, 0)),
            (Kind::Days, 1) => {
                format!("{} - {}", self.of(Kind::DateTime, 0), self.of(Kind::DateTime, 0))
            }
            (Kind::Days, 2) => {
                format!("{} - {}", self.of(Kind::Date, depth), self.of(Kind::Date, 0))
            }
            (Kind::Months, 0) => format!("{value} / {}", self.pick(&["2", "3", "0"])),
            (Kind::Months, 1) => {
                let (from, to) = (self.of(Kind::Date, 0), self.of(Kind::Date, 0));
                format!("years and months duration({from}, {to})")
            }
            (Kind::Months, 2) => format!("{value} + {}", self.of(Kind::Months, 0)),
            _ => value,
        }
    }
}
