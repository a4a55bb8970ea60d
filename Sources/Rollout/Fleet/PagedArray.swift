/// An array that is changed as cheaply while somebody holds a copy: that copies one page, and the list of pages, and leaves the others shared. An
/// array of a few hundred elements that refer to others would count as many references, twice, for each change.
///
/// Elements that come in between or go move all behind them: that is for what happens seldom.
struct PagedArray<Element>: RandomAccessCollection {
    /// Full, all but the last one.
    private var pages: ContiguousArray<ContiguousArray<Element>> = []
    private(set) var endIndex = 0

    private static var pageSize: Int { 16 }

    init() {}

    init(_ elements: some Sequence<Element>) {
        for element in elements { append(element) }
    }

    var startIndex: Int { 0 }

    subscript(index: Int) -> Element { pages[index / PagedArray.pageSize][index % PagedArray.pageSize] }

    /// Changes an element where it lies.
    mutating func change<Result>(_ index: Int, _ body: (inout Element) -> Result) -> Result {
        body(&pages[index / PagedArray.pageSize][index % PagedArray.pageSize])
    }

    mutating func append(_ element: Element) {
        if endIndex % PagedArray.pageSize == 0 {
            var page: ContiguousArray<Element> = []
            page.reserveCapacity(PagedArray.pageSize)
            pages.append(page)
        }
        pages[pages.count - 1].append(element)
        endIndex += 1
    }

    mutating func insert(_ element: Element, at index: Int) {
        let behind = ContiguousArray(self[index...])
        shorten(to: index)
        append(element)
        for element in behind { append(element) }
    }

    mutating func remove(at index: Int) {
        let behind = ContiguousArray(self[(index + 1)...])
        shorten(to: index)
        for element in behind { append(element) }
    }

    private mutating func shorten(to count: Int) {
        let rest = count % PagedArray.pageSize
        pages.removeSubrange((count / PagedArray.pageSize + (rest == 0 ? 0 : 1))...)
        if rest > 0 { pages[pages.count - 1].removeSubrange(rest...) }
        endIndex = count
    }
}

extension PagedArray: Sendable where Element: Sendable {}
