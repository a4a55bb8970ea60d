import KubeCore

/// The objects of a store by the values of one index.
///
/// It holds the boxes that the store holds, eight bytes each, rather than keys of four words; and a value that one object has takes no table.
struct IndexTable<Object: Resource>: Sendable {
    private enum Bucket {
        case one(StoredObject<Object>)
        /// Two or more.
        case several(Set<StoredObject<Object>>)

        var count: Int {
            switch self {
            case .one: 1
            case .several(let objects): objects.count
            }
        }
    }

    let index: StoreIndex<Object>
    private var buckets: [String: Bucket] = [:]
    /// Values that more objects share than `index.crowd`, so that whoever asks for them need not look at all.
    private var crowded: Set<String> = []

    init(_ index: StoreIndex<Object>) { self.index = index }

    /// Those with a value, in no order.
    subscript(value: String) -> [StoredObject<Object>] {
        switch buckets[value] {
        case nil: []
        case .one(let object): [object]
        case .several(let objects): Array(objects)
        }
    }

    func count(_ value: String) -> Int { buckets[value]?.count ?? 0 }

    /// In no order. Looks at these alone where `count` is no less than the index's crowd, and at all otherwise.
    func values(sharedByMoreThan count: Int) -> [String] {
        if let crowd = index.crowd, count >= crowd { return crowded.filter { self.count($0) > count } }
        return buckets.lazy.filter { $0.value.count > count }.map(\.key)
    }

    mutating func insert(_ stored: StoredObject<Object>, _ key: ObjectKey) {
        for value in index.values(of: stored, key) {
            Self.insert(stored, into: &buckets[value])
            if let crowd = index.crowd, count(value) > crowd { crowded.insert(value) }
        }
    }

    /// - Parameter stored: the very box that was inserted.
    mutating func remove(_ stored: StoredObject<Object>, _ key: ObjectKey) {
        for value in index.values(of: stored, key) {
            Self.remove(stored, from: &buckets[value])
            if let crowd = index.crowd, count(value) <= crowd { crowded.remove(value) }
        }
    }

    private static func insert(_ stored: StoredObject<Object>, into bucket: inout Bucket?) {
        switch bucket.take() {
        case nil: bucket = .one(stored)
        // An index may name one value twice.
        case .one(let other): bucket = other === stored ? .one(stored) : .several([other, stored])
        case .several(var objects):
            objects.insert(stored)
            bucket = .several(objects)
        }
    }

    private static func remove(_ stored: StoredObject<Object>, from bucket: inout Bucket?) {
        switch bucket.take() {
        case nil: break
        case .one(let other): if other !== stored { bucket = .one(other) }
        case .several(var objects):
            objects.remove(stored)
            bucket = objects.count == 1 ? objects.first.map { .one($0) } : objects.isEmpty ? nil : .several(objects)
        }
    }
}
