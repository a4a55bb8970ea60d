/// The labels of a series: valid names, each once, sorted.
public struct MetricLabels: Sendable {
    /// A name and a value.
    public struct Label: Sendable, Hashable {
        /// Valid for Prometheus.
        public var name: String
        /// Not escaped.
        public var value: String
    }

    /// Sorted by name.
    public let labels: [Label]
    /// `a="b",c="d"`, escaped as both text formats want it. Equal labels have equal texts, and different ones different texts.
    public let text: String

    /// - Parameter dimensions: of swift-metrics. Of two that become the same name the first counts. An empty value is the same as no label, as
    ///   the data model has it.
    public init(_ dimensions: [(String, String)]) {
        var labels: [Label] = []
        labels.reserveCapacity(dimensions.count)
        for (name, value) in dimensions where !value.isEmpty {
            let name = MetricName.label(name)
            if !labels.contains(where: { $0.name == name }) { labels.append(Label(name: name, value: value)) }
        }
        labels.sort { $0.name < $1.name }
        self.labels = labels
        var text: [UInt8] = []
        for (index, label) in labels.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            text += label.name.utf8
            text += "=\"".utf8
            Self.append(escaping: label.value, to: &text)
            text.append(UInt8(ascii: "\""))
        }
        self.text = String(decoding: text, as: UTF8.self)
    }

    private static func append(escaping value: String, to text: inout [UInt8]) {
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): text += "\\\\".utf8
            case UInt8(ascii: "\""): text += "\\\"".utf8
            case 0x0A: text += "\\n".utf8
            default: text.append(byte)
            }
        }
    }
}

extension MetricLabels: Hashable, Comparable {
    /// By bytes: two texts that Unicode takes for the same are different labels.
    public static func == (left: MetricLabels, right: MetricLabels) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }
    public static func < (left: MetricLabels, right: MetricLabels) -> Bool { left.text.utf8.lexicographicallyPrecedes(right.text.utf8) }

    public func hash(into hasher: inout Hasher) {
        let done: Void? = text.utf8.withContiguousStorageIfAvailable { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        if done == nil { for byte in text.utf8 { hasher.combine(byte) } }
    }
}
