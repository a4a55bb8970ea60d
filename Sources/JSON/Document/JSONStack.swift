/// Elements one after another in memory that grows, is kept from one document to the next, and is freed by hand.
struct JSONStack<Element: BitwiseCopyable> {
    private(set) var base: UnsafeMutablePointer<Element>
    private(set) var capacity: Int
    /// Lower it to drop the last elements.
    var count = 0

    init(capacity: Int) {
        base = .allocate(capacity: capacity)
        self.capacity = capacity
    }

    /// The stack is not to be used any more.
    func free() { base.deallocate() }

    @inline(__always) mutating func append(_ element: Element) {
        if count == capacity { grow(to: count + 1) }
        base[count] = element
        count += 1
    }

    /// An index is less than `count`.
    @inline(__always) subscript(index: Int) -> Element {
        get { base[index] }
        nonmutating set { base[index] = newValue }
    }

    /// Makes room for so many more.
    @inline(__always) mutating func reserve(_ more: Int) {
        if capacity - count < more { grow(to: count + more) }
    }

    mutating func append(contentsOf elements: UnsafeBufferPointer<Element>) {
        guard let first = elements.baseAddress else { return }
        reserve(elements.count)
        (base + count).initialize(from: first, count: elements.count)
        count += elements.count
    }

    @inline(never) private mutating func grow(to least: Int) {
        let capacity = Swift.max(capacity * 2, least)
        let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
        larger.initialize(from: base, count: count)
        base.deallocate()
        base = larger
        self.capacity = capacity
    }
}
