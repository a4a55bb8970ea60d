/// One figure: what was aimed at, what was measured.
package struct Row {
    package var figure: String
    package var aim: Double
    package var measured: Double
    package var unit: String
    /// How it came about, for whoever wonders.
    package var note = ""
    /// Nil where the aim counts; else why it does not here: the figure is printed beside it, and judged by nobody.
    package var exemption: String?

    package init(figure: String, aim: Double, measured: Double, unit: String, note: String = "", exemption: String? = nil) {
        self.figure = figure
        self.aim = aim
        self.measured = measured
        self.unit = unit
        self.note = note
        self.exemption = exemption
    }

    /// Aims are upper limits.
    package var holds: Bool { measured <= aim || exemption != nil }

    package static let header = "| figure | aim | measured | measured / aim | |\n| --- | ---: | ---: | ---: | --- |"

    package var text: String {
        let verdict = holds ? exemption.map { "no aim here: \($0); " } ?? "" : "**missed** "
        return
            "| \(figure) | \(exemption == nil ? "≤" : "(≤") \(aim.short) \(unit)\(exemption == nil ? "" : ")") | \(measured.short) \(unit) | \((measured / aim).short) | \(verdict)\(note) |"
    }
}

extension Double {
    /// Two digits after the point, or three figures.
    package var short: String {
        guard isFinite else { return "\(self)" }
        if abs(self) >= 100 { return "\(Int(rounded()))" }
        let hundredths = Int((self * 100).rounded())
        let fraction = abs(hundredths) % 100
        let whole = "\(hundredths < 0 ? "-" : "")\(abs(hundredths) / 100)"
        guard fraction != 0 else { return whole }
        return fraction % 10 == 0 ? "\(whole).\(fraction / 10)" : "\(whole).\(fraction < 10 ? "0" : "")\(fraction)"
    }
}

extension [Double] {
    package var median: Double {
        let sorted = sorted()
        guard !sorted.isEmpty else { return .nan }
        return sorted.count % 2 == 1 ? sorted[count / 2] : (sorted[count / 2 - 1] + sorted[count / 2]) / 2
    }
}
