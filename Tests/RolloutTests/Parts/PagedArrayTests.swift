import Testing

@testable import Rollout

@Suite("An array in pages")
struct PagedArrayTests {
    @Test("holds what an array holds, whatever is done to it, and copies hold what they held", arguments: 0..<8 as Range<UInt64>)
    func sameAsArray(seed: UInt64) {
        var dice = Dice(seed: seed)
        var expected = Array(0..<dice.number(0...100))
        var pages = PagedArray(expected)
        var copy = (pages: pages, expected: expected)
        for number in 1000..<1400 {
            switch dice.number(0...9) {
            case 0...2:
                let index = dice.number(0...expected.count)
                expected.insert(number, at: index)
                pages.insert(number, at: index)
            case 3...5 where !expected.isEmpty:
                let index = dice.number(0...expected.count - 1)
                expected.remove(at: index)
                pages.remove(at: index)
            case 6...7 where !expected.isEmpty:
                let index = dice.number(0...expected.count - 1)
                expected[index] = number
                let old = pages.change(index) { element in
                    defer { element = number }
                    return element
                }
                #expect(old != number)
            case 8:
                expected.append(number)
                pages.append(number)
            default:
                #expect(Array(copy.pages) == copy.expected)
                copy = (pages, expected)
            }
            #expect(pages.count == expected.count && pages.elementsEqual(expected) && pages.last == expected.last)
        }
    }

    @Test("A change copies one page, also while somebody holds a copy")
    func sharing() {
        var pages = PagedArray((0..<100).map { ContiguousArray([$0]) })
        let copy = pages
        pages.change(50) { $0.append(1) }
        func storage(_ pages: PagedArray<ContiguousArray<Int>>) -> [UnsafeRawPointer?] {
            pages.map { element in element.withUnsafeBytes { $0.baseAddress } }
        }
        #expect(zip(storage(pages), storage(copy)).map { $0 == $1 } == (0..<100).map { $0 != 50 })
        #expect(copy[50] == [50] && pages[50] == [50, 1])
    }
}
