extension String {
    /// For messages that hold what others wrote: visible, and what is long is cut.
    package var printable: String {
        let scalars = unicodeScalars
        guard let end = scalars.index(scalars.startIndex, offsetBy: 512, limitedBy: scalars.endIndex), end < scalars.endIndex else {
            return visible
        }
        return String(self[..<end]).visible + "…"
    }

    /// For terminals and lines that hold what others wrote: no character that is invisible or turns the line (controls, formats, separators,
    /// unassigned) stands there as it is.
    package var visible: String {
        if utf8.allSatisfy({ (0x20..<0x7f).contains($0) }) { return self }
        return unicodeScalars.reduce(into: "") { $0 += $1.isPrintable ? String($1) : $1.escaped(asASCII: true) }
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
