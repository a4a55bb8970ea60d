package import Schema

/// Which hosts come first, by a label: hosts of an earlier value are all asked before the next.
///
/// A host with none of the values, and one whose agent does not know of orders, belongs to the last group, behind all values.
package struct HostOrder: SchemaObject, Hashable {
    package var label = ""
    package var values: [String] = []

    package init() {}
    package init(label: String, values: [String]) {
        self.label = label
        self.values = values
    }

    /// Each plan carries them.
    package static let mostValues = 8

    /// How many groups come after that of a host with these labels: 0 for the last.
    package func level(of labels: [String: String]) -> Int {
        guard let value = labels[label], let index = values.firstIndex(of: value) else { return 0 }
        return min(values.count, HostOrder.mostValues) - min(index, HostOrder.mostValues)
    }

    /// The level of the group that comes first.
    package var topLevel: Int { min(values.count, HostOrder.mostValues) }

    package static let fields: [Field<Self>] = [
        .required("label", \.label, "Label of hosts that it goes by.") {
            $0.minLength = 1
            $0.maxLength = 317
        },
        .collection("values", \.values, "Its values, the first ones first; hosts with none of them come last.") {
            $0.listType = .set
            $0.minItems = 1
            $0.maxItems = HostOrder.mostValues
            $0.items?.maxLength = 63
        },
    ]

    package static func refine(_ schema: inout StructuralSchema) { schema.required = ["label", "values"] }
}

extension Rank {
    /// Ranks of one group. The last group's places are their ranks, from 0; each earlier one's lie below those of the next.
    package static let span: Int64 = 1 << 48

    /// The place of a host with this rank whose group has so many groups behind it.
    package func atLevel(_ level: Int) -> Rank { Rank(value: value - Int64(level) * Rank.span) }

    /// The first place of a group: a cutoff there asks all groups before it and none of it.
    package static func start(ofLevel level: Int) -> Rank { Rank(value: -Int64(level) * span) }

    /// Of a place: how many groups come after its own.
    package var level: Int { value >= 0 ? 0 : Int((-value + Rank.span - 1) >> 48) }

    /// Below every place, and no group's beginning: a cutoff there asks nobody.
    package static let lowest = Rank.start(ofLevel: HostOrder.mostValues + 1)
}
