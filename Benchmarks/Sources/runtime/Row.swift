/// One figure: what was aimed at, what was measured.
struct Row {
    var figure: String
    var aim: Double
    var measured: Double
    var unit: String
    /// How it came about, for whoever wonders.
    var note = ""
    /// Nil where the aim counts; else why it does not here: the figure is printed beside it, and judged by nobody.
    var exemption: String?

    /// Aims are upper limits.
    var holds: Bool { measured <= aim || exemption != nil }

    static let header = "| figure | aim | measured | measured / aim | |\n| --- | ---: | ---: | ---: | --- |"

    var text: String {
        let verdict = holds ? exemption.map { "no aim here: \($0); " } ?? "" : "**missed** "
        return
            "| \(figure) | \(exemption == nil ? "≤" : "(≤") \(aim.short) \(unit)\(exemption == nil ? "" : ")") | \(measured.short) \(unit) | \((measured / aim).short) | \(verdict)\(note) |"
    }
}

extension Double {
    /// Two digits after the point, or three figures.
    var short: String {
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
    var median: Double {
        let sorted = sorted()
        guard !sorted.isEmpty else { return .nan }
        return sorted.count % 2 == 1 ? sorted[count / 2] : (sorted[count / 2 - 1] + sorted[count / 2]) / 2
    }
}
