extension String {
    /// For messages that hold what others wrote: no character that is invisible or turns the line (controls, formats, separators,
    /// unassigned) stands there as it is, and what is long is cut.
    var printable: String {
        var text = ""
        for (count, scalar) in unicodeScalars.enumerated() {
            guard count < 512 else { return text + "…" }
            text += scalar.isPrintable ? String(scalar) : scalar.escaped(asASCII: true)
        }
        return text
    }
}

extension Unicode.Scalar {
    fileprivate var isPrintable: Bool {
        if isASCII { return (0x20..<0x7f).contains(value) }
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: return false
        default: return true
        }
    }
}
