/// The rows of the table of figures.
struct Rows {
    private var lines: [String] = []
    /// Whether no figure misses its aim.
    private(set) var areHeld = true

    mutating func judge(_ what: String, _ unit: String, _ measured: Double, aim: Double) {
        let isMissed = measured > aim
        let ratio = aim == 0 ? "" : text(measured / aim)
        lines.append("| \(what) | ≤ \(Int(aim)) \(unit) | \(text(measured)) \(unit) | \(ratio) | \(isMissed ? "**missed**" : "") |")
        if isMissed { areHeld = false }
    }

    /// A figure without an aim.
    mutating func tell(_ what: String, _ unit: String, _ measured: Double) {
        lines.append("| \(what) | | \(text(measured)) \(unit) | | |")
    }

    private func text(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }

    func print() {
        Swift.print("\n| figure | aim | measured | measured / aim | |\n| --- | ---: | ---: | ---: | --- |")
        for line in lines { say(line) }
    }
}
