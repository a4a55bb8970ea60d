package import KubeCore

/// A page of a list, or a part of it, with what was made of its objects.
package struct ListPart<Element: Sendable>: Sendable {
    /// In the server's order.
    package var items: [Element] = []
    /// Objects that can't be read, in the server's order.
    package var undecodable: [UndecodableObject] = []
    /// What the page says of itself, with its last part; nil before.
    package var metadata: ListMetadata?

    /// A part; the last of its page when it has metadata.
    package init(items: [Element] = [], undecodable: [UndecodableObject] = [], metadata: ListMetadata? = nil) {
        self.items = items
        self.undecodable = undecodable
        self.metadata = metadata
    }

    mutating func take(_ read: ItemsRead<Element>) {
        items += read.items
        undecodable += read.undecodable
    }
}

extension ResourceList {
    /// A whole page.
    init(_ part: ListPart<Object>) {
        self.init(items: part.items, resourceVersion: "", undecodable: part.undecodable)
        if let metadata = part.metadata { take(metadata) }
    }
}

/// What one task has read: items that stood side by side.
struct ItemsRead<Element: Sendable>: Sendable {
    /// Which of all, from 0.
    let place: Int
    var items: [Element] = []
    var undecodable: [UndecodableObject] = []

    init<Object: KubeObject>(_ part: ListSplitter.Items, at place: Int, as make: (consuming Object) -> Element) {
        self.place = place
        items.reserveCapacity(part.count)
        part.read(Object.self) {
            items.append(make($0))
        } undecodable: {
            undecodable.append($0)
        }
    }
}

/// Brings what several tasks have read into its order again.
struct ReadingOrder<Element: Sendable>: Sendable {
    /// What has come before its turn.
    private var early: [Int: ItemsRead<Element>] = [:]
    /// Whose turn it is.
    private var next = 0
    private var count = 0

    /// How many of the first `number` have not come.
    func underWay(of number: Int) -> Int { number - count }

    /// Takes one over, and hands on all whose turn has come.
    mutating func add(_ read: ItemsRead<Element>, _ handOn: (ItemsRead<Element>) -> Void) {
        count += 1
        early[read.place] = read
        while let read = early.removeValue(forKey: next) {
            handOn(read)
            next += 1
        }
    }
}
