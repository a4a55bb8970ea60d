/// A binary heap: the least element first.
struct Heap<Element> {
    private var elements: [Element] = []
    private let isLess: (Element, Element) -> Bool
    /// Elements for which room stays where none are left.
    static var keptCapacity: Int { 256 }

    init(by isLess: @escaping (Element, Element) -> Bool) { self.isLess = isLess }

    var first: Element? { elements.first }
    var count: Int { elements.count }

    mutating func insert(_ element: Element) {
        elements.append(element)
        var child = elements.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard isLess(elements[child], elements[parent]) else { return }
            elements.swapAt(child, parent)
            child = parent
        }
    }

    mutating func removeFirst() -> Element? {
        guard let first = elements.first else { return nil }
        let last = elements.removeLast()
        if elements.isEmpty {
            // Room for all objects at once, as at a start, is not kept for ever.
            if elements.capacity > Heap.keptCapacity { elements = [] }
            return first
        }
        elements[0] = last
        sink(0)
        return first
    }

    /// Drops the elements that `isKept` is false for. Linear.
    mutating func filter(_ isKept: (Element) -> Bool) {
        elements.removeAll { !isKept($0) }
        for parent in stride(from: elements.count / 2 - 1, through: 0, by: -1) { sink(parent) }
    }

    mutating func removeAll() { elements = [] }

    private mutating func sink(_ start: Int) {
        var parent = start
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < elements.count && isLess(elements[child], elements[least]) {
                least = child
            }
            if least == parent { return }
            elements.swapAt(parent, least)
            parent = least
        }
    }
}
